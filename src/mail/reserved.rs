//! A transport that writes to nobody: only to addresses of domains that are kept for samples (RFC 2606, RFC 6761).

use std::sync::Arc;

use async_trait::async_trait;

use super::{Delivery, MailTransport, OutgoingMessage, PreSendCheck, RefusedBy};
use crate::domain::address::is_reserved;

/// Refuses whatever could reach somebody, and hands the rest to another transport.
pub struct ReservedOnly(pub Arc<dyn MailTransport>);

#[async_trait]
impl MailTransport for ReservedOnly {
    async fn deliver(&self, outgoing: &OutgoingMessage, check: &dyn PreSendCheck) -> Delivery {
        if [Some(&outgoing.to), outgoing.bcc.as_ref()].into_iter().flatten().all(|to| is_reserved(to)) {
            return self.0.deliver(outgoing, check).await;
        }
        let reason = "this address could belong to somebody; a demo writes only to domains like example.com".to_owned();
        Delivery::Refused { reason, permanent: true, address: None, by: RefusedBy::Us }
    }

    async fn check(&self) -> Result<String, String> {
        self.0.check().await
    }

    fn name(&self) -> String {
        self.0.name()
    }

    fn max_connections(&self) -> usize {
        self.0.max_connections()
    }

    fn mails(&self) -> bool {
        self.0.mails()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::LetterId;
    use crate::mail::PreSendDecision;

    struct Taken;

    #[async_trait]
    impl MailTransport for Taken {
        async fn deliver(&self, _: &OutgoingMessage, _: &dyn PreSendCheck) -> Delivery {
            Delivery::Sent { reply: "250".to_owned() }
        }

        async fn check(&self) -> Result<String, String> {
            Ok(String::new())
        }

        fn name(&self) -> String {
            String::new()
        }

        fn max_connections(&self) -> usize {
            1
        }
    }

    struct Proceeds;

    #[async_trait]
    impl PreSendCheck for Proceeds {
        async fn check(&self) -> PreSendDecision {
            PreSendDecision::Proceed
        }
    }

    #[tokio::test]
    async fn nobody_is_written_to() {
        let transport = ReservedOnly(Arc::new(Taken));
        for (to, sent) in [("ana@motors.example", true), ("ana@example.com", true), ("ana@example.com.internal", false)]
        {
            let (letter, from) = (LetterId::from_bits(1), "onboarding@example.com".to_owned());
            let outgoing =
                OutgoingMessage { letter, from, to: to.to_owned(), bcc: None, message: Vec::new(), code: None };
            let delivery = transport.deliver(&outgoing, &Proceeds).await;
            assert_eq!(matches!(delivery, Delivery::Sent { .. }), sent, "{to}: {delivery:?}");
        }
    }
}
