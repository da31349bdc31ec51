//! The status of one dealership, as the control interface tells it.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::SandboxState;
use super::super::action::{NoSlotsReason, ScheduledAction};
use super::super::catalog::{Apps, AskedVehicle, Catalog, Operation, OperationScope};
use super::super::dealer::{Dealer, IssuedInvitation};
use super::super::partner::moment;
use super::super::platform::{self, ServiceDocument};
use super::super::profile::Denial;
use super::mail::AttemptDocument;

documents! {
    /// The dealership, settled for now.
    #[serde(rename_all = "camelCase")]
    pub(super) StatusDocument<'a> of (
        shared: &'a SandboxState,
        code: &'a str,
        dealer: &'a Dealer,
        now: DateTime<Utc>
    )
    where Dealer { profile, state, .. } = dealer;
    {
        accepted_generation: Option<u32> = state.accepted,
        ahead: Vec<AheadDocument> = dealer.ahead(now).map(AheadDocument::of).collect(),
        appointments: usize = dealer.appointments.len(),
        attempts: Vec<AttemptDocument<'a>> = state.attempts.iter().map(|one| AttemptDocument::of(one, None)).collect(),
        calendar: Value = json!(state.schedule),
        connected: bool = state.connected,
        dealer_code: &'a str = code,
        denial: Denial = profile.denial,
        draft: Vec<DraftDocument<'a>> =
            state.catalog.drafted().map(|one| DraftDocument::of(&state.catalog, one)).collect(),
        email: Option<&'a str> = dealer.email.as_deref(),
        invitations: Vec<InvitationStatus<'a>> =
            dealer.invitations().iter().map(|one| InvitationStatus::of(one, dealer, now)).collect(),
        letters: usize = dealer.letters.len(),
        next: Vec<&'static str> = shared.ordered.of(code),
        null_lists: bool = profile.null_lists,
        obstacles: Vec<&'static str> = state.schedule.obstacles(),
        opcode_plan: &'static str = profile.plan.name(),
        published: Vec<PublishedDocument<'a>> =
            state.catalog.public().map(|one| PublishedDocument::of(&state.catalog, one)).collect(),
        services: Vec<ServiceDocument<'a>> =
            state.catalog.shown(AskedVehicle::default()).map(ServiceDocument::of_operation).collect(),
        slots: bool = platform::calendar_of(shared.seed, code, dealer).first(now).is_some(),
        slots_plan: Option<&'static str> = profile.no_slots.map(NoSlotsReason::name),
        timezone: &'static str = profile.zone.name(),
        zulu: bool = profile.zulu,
    }

    AheadDocument of (scheduled: &ScheduledAction) {
        act: String = format!("{:?}", scheduled.action),
        at: String = moment(scheduled.at),
        generation: u32 = scheduled.generation,
    }

    InvitationStatus<'a> of (one: &'a IssuedInvitation, dealer: &Dealer, now: DateTime<Utc>)
    where is_newest = dealer.newest(now).is_some_and(|newest| newest.generation == one.generation);
    {
        alive: bool = is_newest && now < one.expires_at(),
        behaviour: &'static str = one.behaviour.name(),
        code: &'a str = &one.code,
        expires: String = moment(one.expires_at()),
        generated: String = moment(one.generated_at),
        generation: u32 = one.generation,
        newest: bool = is_newest,
    }

    /// An operation of the published copy, and why partners do not see it in the vehicle-independent list.
    PublishedDocument<'a> of (catalog: &Catalog, one: &'a Operation) {
        apps: &'a Apps = &one.apps,
        hidden: Option<&'static str> = catalog.hidden(&one.opcode),
        name: &'a str = &one.name,
        opcode: &'a str = &one.opcode,
        scope: &'a OperationScope = &one.scope,
    }

    /// An operation of the draft, and what publishing would do.
    DraftDocument<'a> of (catalog: &Catalog, one: &'a Operation) {
        apps: &'a Apps = &one.apps,
        name: &'a str = &one.name,
        opcode: &'a str = &one.opcode,
        publishing: &'static str = match catalog.public().find(|public| public.opcode == one.opcode) {
            None => "adds it",
            Some(public) if public == one => "changes nothing",
            Some(_) => "changes it",
        },
        scope: &'a OperationScope = &one.scope,
    }
}
