//! What is told: events become notices and e-mails, and e-mails are sent. Each is done by one node at a time, under a
//! lease, in transactions that a kill between them neither loses nor repeats; only an e-mail whose fate is unknown is
//! sent again.

use crate::engine::Engine;
use crate::lease;
use crate::mailer::{Mailer, Unsent};
use domain::code::Code;
use domain::work::Work;
use service::mail::{self, Letter};
use service::{Actor, Error, notice, reminder};
use store::{AtHand, Store, Tx, crash, head};

/// E-mails that are sent before others may take the lease.
const LETTERS: usize = 100;

/// A lease that this process holds.
struct Held {
    work: Work,
    epoch: i64,
    _at_hand: AtHand,
}

impl Held {
    /// Takes the lease of some work; none if another node has it.
    async fn take(store: &Store, work: Work) -> Result<Option<Self>, Error> {
        let Some(at_hand) = store.begin_work(work) else { return Ok(None) };
        match lease::take(store, work).await {
            Err(error) if error.code() == Some(Code::BatchRunning) => Ok(None),
            taken => Ok(Some(Self { work, epoch: taken?, _at_hand: at_hand })),
        }
    }

    /// Releases the lease of some work that was done.
    async fn release(self, store: &Store, done: Result<usize, Error>) -> Result<usize, Error> {
        lease::release(store, self.work, self.epoch).await?;
        match done {
            // Another node took over.
            Err(error) if error.code() == Some(Code::Fenced) => Ok(0),
            done => done,
        }
    }
}

impl Engine {
    /// Ends the reminders that are due and spreads all events; returns how many. Nothing is done if another node is
    /// at it.
    pub async fn spread(&self) -> Result<usize, Error> {
        if !notice::is_due(&self.service).await? && !reminder::is_due(&self.service).await? {
            return Ok(0);
        }
        let Some(held) = Held::take(&self.store, Work::spread()).await? else { return Ok(0) };
        let done = self.spread_all(held.epoch).await;
        held.release(&self.store, done).await
    }

    /// Sends the e-mails that are due, one after another; returns how many were accepted. Nothing is done if another
    /// node is at it.
    pub async fn send_mails(&self, mailer: &Mailer) -> Result<usize, Error> {
        if !mail::is_due(&self.service).await? {
            return Ok(0);
        }
        let Some(held) = Held::take(&self.store, Work::mail()).await? else { return Ok(0) };
        let done = self.send_all(mailer, held.epoch).await;
        held.release(&self.store, done).await
    }

    async fn spread_all(&self, epoch: i64) -> Result<usize, Error> {
        self.remind(epoch).await?;
        let mut count = 0;
        loop {
            match self.spread_step(epoch).await? {
                0 => return Ok(count),
                some => count += some,
            }
        }
    }

    async fn send_all(&self, mailer: &Mailer, epoch: i64) -> Result<usize, Error> {
        let mut count = 0;
        for _ in 0..LETTERS {
            let Some(letter) = self.take_letter(epoch).await? else { break };
            crash::point("mail_taken");
            let sent = mailer.send(&letter).await;
            crash::point("mail_sent");
            count += usize::from(sent.is_ok());
            self.note_letter(epoch, &letter, sent).await?;
        }
        Ok(count)
    }

    /// A transaction under a lease.
    async fn fenced(&self, work: Work, epoch: i64) -> Result<Tx, Error> {
        let mut tx = self.store.write().await?;
        lease::fence(&mut tx, self.store.node(), work, epoch).await?;
        Ok(tx)
    }

    /// Ends the reminders that are due.
    async fn remind(&self, epoch: i64) -> Result<(), Error> {
        let (mut tx, now) = (self.fenced(Work::spread(), epoch).await?, self.service.now());
        let facts = reminder::end_due(&mut tx, now).await?;
        head::close(&mut tx, &Actor::system(self.store.node()), facts, now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Spreads some events in one transaction.
    async fn spread_step(&self, epoch: i64) -> Result<usize, Error> {
        let (mut tx, now) = (self.fenced(Work::spread(), epoch).await?, self.service.now());
        let count = notice::spread(&mut tx, self.options.mailer.is_some(), now).await?;
        if count > 0 {
            // Nothing is told any more once the ledger was moved.
            head::advance(&mut tx).await?;
            crash::point("spread_written");
            tx.commit().await?;
            crash::point("spread_committed");
            // Deliveries may be due.
            self.store.wake();
        }
        Ok(count)
    }

    /// Takes the next e-mail: from here on it counts as being sent.
    async fn take_letter(&self, epoch: i64) -> Result<Option<Letter>, Error> {
        let (mut tx, now) = (self.fenced(Work::mail(), epoch).await?, self.service.now());
        let letter = mail::take(&mut tx, now).await?;
        head::advance(&mut tx).await?;
        tx.commit().await?;
        Ok(letter)
    }

    /// Records what became of an e-mail.
    async fn note_letter(&self, epoch: i64, letter: &Letter, sent: Result<(), Unsent>) -> Result<(), Error> {
        let mut tx = self.fenced(Work::mail(), epoch).await?;
        match sent {
            Ok(()) => mail::sent(&mut tx, &letter.mail).await?,
            Err(Unsent { why, is_final }) => {
                let (event, user) = (letter.mail.event, letter.mail.user);
                tracing::warn!(event, user, why, is_final, "an e-mail was not sent");
                mail::refused(&mut tx, &letter.mail, &why, is_final).await?;
            }
        }
        head::advance(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }
}
