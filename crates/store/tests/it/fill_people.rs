//! What grants people and programs access, for tests that want no table to be empty.

use store::{StoreError, Tx};

/// One user, and everything that grants users and programs access: the tables that `fill` leaves empty.
pub async fn fill_people(tx: &mut Tx) -> Result<(), StoreError> {
    for text in [
        "INSERT INTO app_user (login, name, role, created_by, created_at) VALUES ('li', 'Li', 1, 'tester', 1)",
        "INSERT INTO session (token, app_user, address, agent, created_at, seen_at)
         SELECT 's', id, '', '', 1, 1 FROM app_user WHERE login = 'li'",
        "INSERT INTO api_key (name, token, hint, scopes, addresses, created_by, created_at)
         VALUES ('k', 't', 'h', 'read', '', 'tester', 1)",
        "INSERT INTO api_key_secret (token, api_key, until) SELECT 'former', id, 9 FROM api_key",
        "INSERT INTO invitation (token, app_user, created_at, expires_at) SELECT 'i', id, 1, 2
         FROM app_user WHERE login = 'li'",
        "INSERT INTO account_totp (account, automatic, begun_at, confirmed_at) VALUES (1, 1, 1, 2)",
        "INSERT INTO sealed_secret (owner, key_id, sealed) VALUES ('account:1', 'k1', 'AAEC')",
        "INSERT INTO totp_step (owner, step, used_at) VALUES ('account:1', 7, 1)",
        "INSERT INTO factor (app_user, since, is_initial) SELECT id, 1, 0 FROM app_user",
        "INSERT INTO enrolment (app_user, session, begun_at) SELECT id, 1, 1 FROM app_user",
        "INSERT INTO recovery_code (app_user, selector, hash) SELECT id, 'ABCD', 'h' FROM app_user",
        "INSERT INTO challenge (token, app_user, password_at, tries, expires_at)
         SELECT 'c', id, 1, 0, 2 FROM app_user WHERE login = 'li'",
        "INSERT INTO sponsor (app_user, actor_kind, actor_id, deed, at) SELECT id, 2, 0, 1, 1 FROM app_user",
        "INSERT INTO seen_network (app_user, network, seen_at) SELECT id, '203.0.113.0/24', 1 FROM app_user",
        "INSERT INTO mail_address (app_user, email, language) SELECT id, 'li@example.com', 1 FROM app_user",
        "INSERT INTO outbox (at, kind, subject, subject_id, detail, audience) VALUES (1, 17, 'user', 1, '{}', 'money')",
        "INSERT INTO notice (app_user, event) SELECT u.id, o.id FROM app_user u CROSS JOIN outbox o",
        "INSERT INTO reminder (due_at, person, content, created_by, created_at, created_by_kind)
         SELECT 1, id, 'x', 'tester', 1, 2 FROM app_user",
        "INSERT INTO mail (app_user, event, state, tries, next_at)
         SELECT u.id, o.id, 1, 0, 1 FROM app_user u CROSS JOIN outbox o",
        "INSERT INTO webhook (url, events, description, enabled, created_by, created_at, created_by_kind)
         VALUES ('https://example.org/', 'batch.finished', '', 1, 'tester', 1, 2)",
        "INSERT INTO webhook_delivery (webhook, event, state, attempts, due_at)
         SELECT w.id, MAX(o.id), 1, 0, 1 FROM webhook w, outbox o GROUP BY w.id",
        "INSERT INTO holder_group (name, name_key, description, members, created_by, created_at, created_by_kind)
         VALUES ('Everyone', 'everyone', '', 1, 'tester', 1, 2)",
        "INSERT INTO holder_group_member (holder_group, holder) SELECT g.id, 1 FROM holder_group g",
        "INSERT INTO batch_template (name, name_key, description, kind, mode, asset, convert, follows_rates,
           allow_repeat, items, amount, version, created_by, created_at, changed_at, created_by_kind)
         VALUES ('Payroll', 'payroll', '', 1, 1, 1, 0, 0, 0, 1, 5, 1, 'tester', 1, 1, 2)",
        "INSERT INTO batch_template_item (template, place, source, target, amount)
         SELECT t.id, 1, 1, 2, 5 FROM batch_template t",
        "INSERT INTO batch_template_use (template, batch) SELECT t.id, 1 FROM batch_template t",
        "INSERT INTO batch_template_editor (template, kind, id, person, at) SELECT t.id, 2, 0, 0, 1 FROM batch_template t",
        "INSERT INTO batch_voucher (batch, place, url) VALUES (1, 1, '/a')",
        "INSERT INTO upload (place, object, name, kind, size, sha256, created_by, created_by_kind, created_at)
         VALUES ('p', 'o', 'pay.csv', 1, 3, 'h', 'tester', 2, 1)",
        "INSERT INTO task (kind, state, input, upload, place, processed, steps, takes, created_by, created_by_kind,
           created_at)
         SELECT 1, 1, '{}', id, 'p', 0, '[]', 0, 'tester', 2, 1 FROM upload",
        "INSERT INTO login_failure (name, failures, last_at) VALUES ('user:li', 1, 1)",
    ] {
        tx.fetch_text(text.to_owned(), vec![]).await?;
    }
    Ok(())
}
