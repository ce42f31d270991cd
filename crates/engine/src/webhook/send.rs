//! Sending one message. Everything about the answer is bounded: its time, its head, and how much of its body is read.

use super::connect::{connect, public_tls};
use domain::webhook::address::WebhookNetworks;
use domain::webhook::delivery::{Attempt, DeliveryFailure};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use service::webhook::send::Message;
use std::time::{Duration, Instant};
use store::StoreError;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// How long an attempt may take, from the look-up of the name to the end of the answer.
const WITHIN: Duration = Duration::from_secs(15);
/// How much is read of an answer's head, and of its body.
const ANSWER_MAX: usize = 64 * 1024;

/// Sends messages.
pub(crate) struct Sender {
    tls: TlsConnector,
    networks: WebhookNetworks,
    within: Duration,
}

/// An answer whose head has arrived, and the task that reads the rest; it ends when this is dropped.
struct Answered {
    response: Response<Incoming>,
    _connection: JoinSet<()>,
}

impl Sender {
    /// A sender that reaches the public internet and these networks.
    pub(crate) fn new(networks: WebhookNetworks) -> Result<Self, StoreError> {
        Ok(Self { tls: public_tls()?, networks, within: WITHIN })
    }

    /// The same with another time limit.
    #[cfg(test)]
    pub(super) fn within(self, within: Duration) -> Self {
        Self { within, ..self }
    }

    /// Sends a message and returns how it ended. The status decides; the body of the answer is read, within its
    /// bounds, and dropped.
    pub(crate) async fn send(&self, message: &Message) -> Attempt {
        let begun = Instant::now();
        match timeout(self.within, self.exchange(message)).await {
            Err(_) => Attempt::failed(DeliveryFailure::TimedOut),
            Ok(Err(failure)) => Attempt::failed(failure),
            Ok(Ok(Answered { response, _connection })) => {
                let status = response.status().as_u16();
                let left = self.within.saturating_sub(begun.elapsed());
                // An answer that does not end has still been given.
                let _ = timeout(left, drain(response.into_body())).await;
                Attempt::answered(status)
            }
        }
    }

    /// Sends a message and waits for the head of the answer.
    async fn exchange(&self, message: &Message) -> Result<Answered, DeliveryFailure> {
        let request = request(message)?;
        let stream = connect(&message.target, &self.networks, &self.tls).await?;
        let invalid = |_| DeliveryFailure::AnswerInvalid;
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(ANSWER_MAX)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(invalid)?;
        let mut driver = JoinSet::new();
        // Its error is that of the request as well.
        driver.spawn(async move { drop(connection.await) });
        let response = sender.send_request(request).await.map_err(invalid)?;
        Ok(Answered { response, _connection: driver })
    }
}

fn request(message: &Message) -> Result<Request<Full<Bytes>>, DeliveryFailure> {
    let request = Request::post(message.target.path())
        .header(HOST, message.target.authority())
        .header(USER_AGENT, "sluice")
        .header(CONTENT_TYPE, "application/json")
        .header("webhook-id", message.id.as_str())
        .header("webhook-timestamp", message.at)
        .header("webhook-signature", message.signature.as_str())
        .body(Full::new(Bytes::from(message.body.clone())));
    request.map_err(|_| DeliveryFailure::UrlRefused)
}

/// Reads a body up to [`ANSWER_MAX`], so that an honest receiver finds its connection in order.
async fn drain(mut body: Incoming) {
    let mut read = 0;
    while let Some(Ok(frame)) = body.frame().await {
        read += frame.data_ref().map_or(0, Bytes::len);
        if read > ANSWER_MAX {
            return;
        }
    }
}
