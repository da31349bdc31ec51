//! What asking for a first code and for a new one have in common: obtained from the source, or pasted.

use std::cell::OnceCell;

use crate::domain::code_steps::living_until;
use crate::domain::paste::{Expected, Matched, Mistake, PasteContext, PasteProblem, check_code, match_codes};
use crate::domain::when::parse_moment;
use crate::domain::{
    Ask, Claim, CodeOrigin, Command, DealershipId, FullNames, IntentId, Named, Policy, Refusal, Timestamp,
    give_up_orphan, steps_to_obtain,
};
use crate::present::time::Zone;
use crate::protocol::{CodeRequest, PastedCode, Request};
use crate::timezone::Tz;
use crate::tui::dialog::{
    Dialog, DryRun, FieldRole, FormField, FormProblem, Input, Item, Problems, ValidationContext, missing, stand_in,
    wrong,
};

/// No request has this key.
pub(super) const FRESH: IntentId = IntentId::from_bits(u64::MAX);

/// The steps to a code, with a stand-in for one that is pasted.
pub(super) fn dry_run_of(ask: Ask, dry_run: &DryRun<'_>) -> Result<Vec<Command>, Refusal> {
    let DryRun { state, setup, now, .. } = dry_run;
    if let Some(source) = setup.source {
        // A desk goes on with every open request by itself: one that did not fail is being asked for.
        let asking = state.pending.as_ref().is_some_and(|open| open.failed.is_none());
        return steps_to_obtain(state, source, Some((ask, true)), FRESH, asking);
    }
    let issue = stand_in().map(|code| Command::IssueCode {
        code,
        generated_at: *now,
        expires_at: None,
        source: CodeOrigin::Paste,
        intent: FRESH,
        ask,
        mail: true,
    });
    Ok(give_up_orphan(state, false).into_iter().chain(issue).collect())
}

/// How a moment may be written, with the zone of the one dealership.
pub(super) fn moment_hint(items: &[Item], context: &ValidationContext<'_>) -> String {
    match items {
        [item] => {
            let there = Zone::from(item.zone).show(context.now);
            let zone = there.rsplit(' ').next().unwrap_or_default();
            format!("now, -2h, 2026-03-30 14:05 ({zone}) or RFC 3339")
        }
        _ => "now, -2h, 2026-03-30 14:05 (the dealership's zone) or RFC 3339".to_owned(),
    }
}

pub(super) fn fields(items: &[Item], context: &ValidationContext<'_>) -> Vec<FormField> {
    let single = items.len() == 1;
    let mut fields = Vec::new();
    if context.setup.source.is_none() {
        if single {
            fields.push(FormField::line(FieldRole::Code, "code", "paste it from the partner's screen", ""));
        } else {
            let hint = "dealerCode,code[,generated] on each line, or the codes alone in this order".to_owned();
            let input = Input::Block(String::new());
            fields.push(FormField { role: FieldRole::Block, label: "codes".to_owned(), hint, input });
        }
        fields.push(FormField::line(FieldRole::Generated, "generated", moment_hint(items, context), "now"));
    }
    let waiting = items.iter().filter(|item| item.awaits_xtime()).count();
    if waiting > 0 {
        let label = if single {
            "the dealer says the code was entered, and would start again: I mean it".to_owned()
        } else {
            format!("{waiting} of these entered their code, by their word, and would start again: I mean it")
        };
        fields.push(FormField::check(FieldRole::Despite, label, false));
    }
    if let Some(doubt) = context.clock_doubt() {
        fields.push(FormField::check(FieldRole::DespiteClock, format!("clock {}: I mean it", doubt.short()), false));
    }
    fields
}

/// Codes from the source, or those that were pasted; `ask` makes of an item, and whether it is meant despite the dealer's
/// word, what is asked for it.
pub(super) fn request(
    dialog: &Dialog,
    context: &ValidationContext<'_>,
    ask: fn(&Item, bool) -> Ask,
) -> Result<Request, Problems> {
    let despite_word = dialog.field(FieldRole::Despite).is_some_and(FormField::is_on);
    let ask = |item: &Item| ask(item, despite_word);
    let mut problems = Problems::new();
    for role in [FieldRole::Despite, FieldRole::DespiteClock] {
        if dialog.field(role).is_some_and(|field| !field.is_on()) {
            problems.extend(missing(role, "say that you mean it"));
        }
    }
    if context.setup.source.is_some() {
        let code = |item: &Item| CodeRequest { dealership: item.id, ask: ask(item), mail: dialog.mails_to(item) };
        let codes = dialog.items.iter().map(code).collect();
        return if problems.is_empty() { Ok(Request::Obtain(codes)) } else { Err(problems) };
    }
    let pasted = match dialog.items.as_slice() {
        [item] => one_code(dialog, item, context).map(|code| vec![code]),
        _ => many_codes(dialog, context),
    };
    let pasted = pasted.map_err(|more| problems.extend(more)).unwrap_or_default();
    if !problems.is_empty() {
        return Err(problems);
    }
    let pasted = pasted.into_iter().zip(&dialog.items).map(|(code, item)| PastedCode {
        dealership: code.id,
        code: code.code,
        generated_at: code.generated_at,
        expires_at: None,
        ask: ask(item),
        mail: dialog.mails_to(item),
    });
    Ok(Request::Paste(pasted.collect()))
}

/// When the field for the moment of generation says that the code was generated.
pub fn generated_of(dialog: &Dialog, now: Timestamp, zone: Tz) -> Result<Timestamp, String> {
    match dialog.text(FieldRole::Generated).trim() {
        "" => Ok(now),
        text => parse_moment(text, now, &zone).map_err(|error| error.to_string()),
    }
}

/// When a code that is entered now would die.
pub fn expiry_of(dialog: &Dialog, now: Timestamp, zone: Tz, policy: &Policy) -> Option<Timestamp> {
    generated_of(dialog, now, zone).ok().map(|generated_at| policy.code_end(generated_at))
}

fn one_code(dialog: &Dialog, item: &Item, context: &ValidationContext<'_>) -> Result<Matched, Problems> {
    let mut problems = Problems::new();
    let policy = &context.setup.policy;
    let lives = |at| living_until(at, None, context.now, policy).map(|_| at).map_err(|refusal| refusal.to_string());
    let generated_at = generated_of(dialog, context.now, item.zone).and_then(lives);
    let generated_at = generated_at.map_err(|text| problems.extend(wrong(FieldRole::Generated, text))).ok();
    let paste = PasteContext {
        now: context.now,
        generated_at: context.now,
        policy,
        claims: context.setup.claims.as_ref(),
        present: &|_| None,
        resolve: &|_| Named::Nobody,
    };
    let text = dialog.text(FieldRole::Code);
    let code = if text.trim().is_empty() {
        Err(missing(FieldRole::Code, "paste the code"))
    } else {
        check_code(item.id, text, context.now, &paste).map_err(|what| wrong(FieldRole::Code, what.to_string()))
    };
    let code = code.map_err(|more| problems.extend(more)).ok();
    match (code, generated_at) {
        (Some(code), Some(generated_at)) => Ok(Matched { id: item.id, code, generated_at, line: 1 }),
        _ => Err(problems),
    }
}

fn many_codes(dialog: &Dialog, context: &ValidationContext<'_>) -> Result<Vec<Matched>, Problems> {
    let block = dialog.text(FieldRole::Block);
    if block.trim().is_empty() {
        return Err(missing(FieldRole::Block, format!("paste {} codes", dialog.items.len())));
    }
    let generated_at = common_moment(dialog, context.now).map_err(|text| wrong(FieldRole::Generated, text))?;
    let claims = context.setup.claims.as_ref();
    // Hardly ever is anything else written than the dealerCode, and all names take a moment.
    let names = OnceCell::new();
    let resolve = |name: &str| match claims.holder(&Claim::DealerCode(name.into())) {
        Some(id) => Named::One(id),
        None => names.get_or_init(|| FullNames::of(context.rows.iter().map(|row| &*row.state))).find(name),
    };
    let present = |id| Some(context.rows.get(id)?.state.invitation.as_ref()?.code.digest());
    let policy = &context.setup.policy;
    let paste = PasteContext { now: context.now, generated_at, policy, claims, present: &present, resolve: &resolve };
    let expected: Vec<Expected> = dialog.items.iter().map(|item| Expected { id: item.id, zone: item.zone }).collect();
    let (codes, already) = match_codes(block, &expected, &paste).map_err(|mistakes| problems(dialog, &mistakes))?;
    // What was chosen shall have a new code: its present one is none.
    if let Some(id) = already.iter().find(|id| dialog.items.iter().any(|item| item.id == **id)) {
        let what = PasteProblem::Refused(Refusal::CodeUsedBefore { here: true });
        return Err(problems(dialog, &[Mistake { line: None, id: Some(*id), what }]));
    }
    Ok(codes)
}

/// The moment for lines without one. A wall-clock time must mean the same moment for all dealerships.
fn common_moment(dialog: &Dialog, now: Timestamp) -> Result<Timestamp, String> {
    let mut moments = dialog.items.iter().map(|item| generated_of(dialog, now, item.zone));
    let first = moments.next().unwrap_or(Ok(now))?;
    if moments.all(|moment| moment.as_ref() == Ok(&first)) {
        Ok(first)
    } else {
        Err("the dealerships are in different zones: write it with an offset, like 2026-03-30T14:05-05:00".to_owned())
    }
}

fn problems(dialog: &Dialog, mistakes: &[Mistake]) -> Problems {
    let name = |id: DealershipId| dialog.items.iter().find(|item| item.id == id).map(|item| item.name.as_str());
    let problem = |mistake: &Mistake| {
        let text = match (mistake.line, mistake.id.and_then(name)) {
            (None, Some(name)) => format!("{name}: {mistake}"),
            _ => mistake.to_string(),
        };
        FormProblem { role: Some(FieldRole::Block), id: mistake.id, text, missing: false }
    };
    mistakes.iter().map(problem).collect()
}
