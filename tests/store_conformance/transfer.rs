//! The log out of one store and into another.

use cloverwatch::domain::{Event, Onboarding};
use cloverwatch::store::{JournalReader, RestoreError, Restored, postgres, restore};

use crate::place::{Kind, Place};
use crate::server::shared;
use crate::store_support::*;

async fn export(place: &Place) -> String {
    let mut out = Vec::new();
    match place.kind {
        Kind::Postgres => drop(postgres::export(&shared().url(&place.schema), &mut out).await.unwrap()),
        _ => drop(JournalReader::open(place.dir.path()).unwrap().export(&mut out).unwrap()),
    }
    String::from_utf8(out).unwrap()
}

async fn restored(place: &Place, text: &str) -> Result<Restored, RestoreError> {
    match place.kind {
        Kind::Postgres => postgres::restore(&shared().url(&place.schema), text.as_bytes()).await,
        _ => restore(place.dir.path(), text.as_bytes(), clock().now()),
    }
}

pub async fn there_and_into_every_other_store(place: Place) {
    let store = place.open().await;
    fill(&*store, 80).await;
    let expected: (std::collections::BTreeMap<_, Onboarding>, Vec<Event>) = content(&*store).await;
    let text = export(&place).await;
    store.close().await.unwrap();
    let mut kinds = vec![Kind::Embedded];
    kinds.extend(crate::server::installed().map(|_| Kind::Postgres));
    for kind in kinds {
        let to = Place::new(kind);
        let whole = Restored { events: expected.1.len() as u64, dealerships: 80, complete: true, partial: false };
        assert_eq!(restored(&to, &text).await.unwrap(), whole);
        assert_eq!(export(&to).await, text, "from {} to {kind}, byte for byte", place.kind);
        let store = to.open().await;
        assert_eq!(store.notices(), Vec::<String>::new());
        assert_eq!(content(&*store).await, expected);
        assert_folded(&*store).await;
        store.append(vec![added(500)]).await.unwrap();
        store.close().await.unwrap();
        drop(store);
        let error = restored(&to, &text).await.unwrap_err();
        assert!(matches!(error, RestoreError::NotEmpty(_)), "{error}");
    }
}

pub async fn a_bad_export_leaves_nothing(place: Place) {
    let store = place.open().await;
    fill(&*store, 40).await;
    let text = export(&place).await;
    store.close().await.unwrap();
    let to = Place::new(place.kind);
    for (bad, words) in [
        (text[..text.len() / 2].to_owned(), "line "),
        (text.replacen("Springfield", "Springfjeld", 2), "line 1: the checksum does not fit"),
        (String::new(), "nothing here"),
    ] {
        let error = restored(&to, &bad).await.unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
        let store = to.open().await;
        assert!(store.read_model().is_empty() && store.notices().is_empty());
        store.close().await.unwrap();
    }
    restored(&to, &text).await.unwrap();
}
