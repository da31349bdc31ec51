//! How a dealership connects: the way through Xtime's screens (public manuals of Xtime; `domain.md`, step 4).

/// The steps for a rooftop, as they are read out. What Xtime shows at the last one is the partner, not the rooftop.
pub fn connect_steps(rooftop: &str, dealer_code: &str, partner: &str) -> [String; 6] {
    [
        "Log in to Xtime.".to_owned(),
        format!("Open the dealership to connect: {rooftop}, {dealer_code}. Nothing later shows which one it is."),
        "Go to Configure Application, then the Applications tab. Not there? Their Xtime admin can do it, or give the role."
            .to_owned(),
        "Choose Partners, then Connect with Partners.".to_owned(),
        "Type the code at Input Invitation, then Validate.".to_owned(),
        format!("{partner} is shown: Confirm, not Cancel."),
    ]
}
