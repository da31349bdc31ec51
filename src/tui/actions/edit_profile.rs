use super::assign::new_owner_question;
use crate::domain::text::clean;
use crate::domain::{Command, ProfileEdit, ProfileField};
use crate::protocol::Request;
use crate::tui::dialog::{
    Dialog, DialogHead, FieldRole, FormField, Item, Problems, RecordingAction, SOME_TEXT, Subject, Suggestions,
    ValidationContext, Watch, missing, profile_label, wrong,
};

pub const ACTION: RecordingAction = RecordingAction {
    id: "edit-profile",
    title: "edit profile",
    doc: "Correct name, contact, address, phone, zone, group, city or owner.",
    subject: Subject::OneDealership,
    commands: |_| {
        let city = ProfileEdit { field: ProfileField::City, text: SOME_TEXT.to_owned() };
        Ok(vec![Command::Correct { edits: vec![city] }])
    },
    fields,
    prepare: |dialog, context| {
        for item in &mut dialog.items {
            item.profile = context.rows.get(item.id).map(|row| Box::new(row.state.profile.clone()));
        }
        dialog.suggestions = Some(Suggestions::owners(&context.setup.me, &context.rows.owners()));
    },
    request: |dialog, _| request(dialog),
    question: |dialog| {
        let edits = dialog.edits();
        new_owner_question(dialog, &edits.iter().find(|edit| edit.field == ProfileField::Owner)?.text)
    },
    watches: &[Watch::Archived, Watch::Profile],
    head: DialogHead::Corrections,
    heading: |_| "Correct",
    button: |_| "correct it",
    ..RecordingAction::with("")
};

/// The fields of the one dealership, as they stand.
fn fields(items: &[Item], context: &ValidationContext<'_>) -> Vec<FormField> {
    let Some(row) = items.first().and_then(|item| context.rows.get(item.id)) else { return Vec::new() };
    let field = |field: ProfileField| {
        let text = clean(row.state.profile.text_of(field));
        FormField::standing(FieldRole::Profile(field), profile_label(field), &text)
    };
    ProfileField::CORRECTED.into_iter().map(field).collect()
}

/// The correction, or what is wrong with its fields.
fn request(dialog: &Dialog) -> Result<Request, Problems> {
    let [item] = dialog.items.as_slice() else { return Err(Problems::new()) };
    let edits = dialog.edits();
    let problem = |edit: &ProfileEdit| Some((FieldRole::Profile(edit.field), edit.field.check(&edit.text).err()?));
    let problems: Problems = edits.iter().filter_map(problem).flat_map(|(role, why)| wrong(role, why)).collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    if edits.is_empty() {
        return Err(missing(FieldRole::Profile(ProfileField::Name), "nothing was changed"));
    }
    Ok(Request::Execute(vec![(item.id, Command::Correct { edits })]))
}
