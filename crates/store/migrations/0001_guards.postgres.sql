-- What PostgreSQL guards itself, and the ledger's random id.

INSERT INTO ledger_head (id, commit_number, policy_version, ledger_id)
  VALUES (1, 0, 1, replace(CAST(gen_random_uuid() AS TEXT), '-', ''));
UPDATE ledger_head SET chain = ledger_id;

-- `store::chain::link`; for SQLite the program registers it.
CREATE FUNCTION chain_link(chain TEXT, number BIGINT, digest TEXT) RETURNS TEXT LANGUAGE SQL IMMUTABLE PARALLEL SAFE AS
$$ SELECT encode(sha256(convert_to(chain || '|' || number || '|' || digest, 'UTF8')), 'hex') $$;
CREATE FUNCTION text_hash(content TEXT) RETURNS TEXT LANGUAGE SQL IMMUTABLE PARALLEL SAFE AS
$$ SELECT encode(sha256(convert_to(content, 'UTF8')), 'hex') $$;
CREATE FUNCTION this_writer() RETURNS BIGINT LANGUAGE SQL STABLE AS
$$ SELECT CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT) $$;

-- Images (`store::image`): each change of a row in one of these tables adds what the row is now. New rows are taken a
-- statement at a time, since they come by the thousand, and each table has functions of its own, because expressions that
-- are put together for each row cost ten times as much. The list is that of `store/src/image/tables.rs`.
CREATE SEQUENCE pending_image_place;
DO $$
DECLARE
  imaged RECORD;
  row_key TEXT;
  content TEXT;
  condition TEXT;
BEGIN
  FOR imaged IN SELECT * FROM (VALUES
    ('setting', 1, 'name, value'),
    ('asset', 1, 'id, code, scale, created_at'),
    ('holder', 1, 'id, name, email, uid, created_at'),
    ('account', 1, 'id, number, holder, asset, kind, stripe, status, opened_at, skeleton'),
    ('holder_group', 1, 'id, name, name_key, description, members, created_by, created_at, created_by_kind, created_by_id'),
    ('holder_group_member', 2, 'holder_group, holder'),
    ('holder_default', 2, 'holder, asset, account'),
    ('account_totp', 1, 'account, automatic, begun_at, confirmed_at'),
    ('sealed_secret', 1, 'owner, key_id, sealed'),
    ('policy', 2, 'asset, account, min, max, day, month, batch_max, fee_threshold, fee_rate_ppm, fee_min, fee_max, shipped'),
    ('fx_policy', 2, 'source, target, tolerance_ppm, rounding, minimum, max_age_h'),
    ('fx_rate', 1, 'id, source, target, rate, origin, at'),
    ('operation', 1, 'id, fingerprint, transfer, created_at'),
    ('answer', 1, 'operation, outcome'),
    ('app_user', 1, 'id, login, name, role, password, password_at, is_new, disabled_at, created_by, created_at, created_by_kind, created_by_id'),
    ('factor', 1, 'app_user, since, is_initial'),
    ('recovery_code', 2, 'app_user, selector, hash'),
    ('sponsor', 3, 'app_user, actor_kind, actor_id, deed, at'),
    ('api_key', 1, 'id, name, token, hint, scopes, addresses, created_by, created_at, expires_at, revoked_at, created_by_kind, created_by_id'),
    ('api_key_secret', 1, 'token, api_key, until'),
    ('batch', 1, 'id, day, day_number, name, kind, mode, state, intent, ready, asset, account, remarks, file_hash, content_hash, first_number, last_number, refused_count, created_by, created_at, submitted_at, started_at, interrupted_at, completed_at, convert, created_by_kind, created_by_id, allow_repeat, called_off_at, version, runs, edition'),
    ('item_page', 2, 'batch, first_number, last_number, digest'),
    ('item_mark', 2, 'batch, edition, at, state, items'),
    ('batch_editor', 4, 'batch, kind, id, person, at'),
    ('batch_rate', 3, 'batch, source, target, rate, origin, at, kept_at'),
    ('batch_origin', 2, 'batch, item, origin'),
    ('batch_template', 1, 'id, name, name_key, description, kind, mode, asset, account, convert, follows_rates, allow_repeat, remarks, holder_group, items, amount, version, created_by, created_at, changed_at, created_by_kind, created_by_id'),
    ('batch_template_item', 2, 'template, place, source, target, contact_kind, contact, amount, memo, reference'),
    ('batch_template_use', 2, 'template, batch'),
    ('batch_template_editor', 4, 'template, kind, id, person, at'),
    ('batch_voucher', 2, 'batch, place, url'),
    ('approval_policy', 2, 'asset, version, content, lowest, set_by, set_by_kind, set_by_id, set_at, due_at, in_force_at, confirmed_by'),
    ('approval_round', 2, 'batch, round, levels, needed, valid_h, policy_version, content_hash, day, asset, account, amount, same_day, maker, cause, opened_at'),
    ('approval', 3, 'batch, round, app_user, role, action, content_hash, note, factor, at'),
    ('change_report', 1, 'batch, submitted_at, made_at, base, recent_since, counts'),
    ('change_part', 3, 'batch, kind, part, changes'),
    ('import_problem', 1, 'id, batch, line, column_name, code, value, refused_row, suggestion'),
    ('refused_row', 1, 'id, batch, line, content, settled_at, item'),
    ('batch_history', 1, 'id, batch, item, state, event, detail, actor, at, actor_kind, actor_id'),
    ('seen_network', 2, 'app_user, network, seen_at'),
    ('mail_address', 1, 'app_user, email, language'),
    ('outbox', 1, 'id, at, kind, batch, subject, subject_id, detail, audience, spread_at'),
    ('notice', 2, 'app_user, event'),
    ('reminder', 1, 'id, due_at, person, batch, content, created_by, created_at, created_by_kind, created_by_id, done_at'),
    ('mail', 2, 'app_user, event, state, tries, next_at, error'),
    ('webhook', 1, 'id, url, events, description, enabled, former_until, created_by, created_at, removed_at, created_by_kind, created_by_id'),
    ('webhook_delivery', 1, 'id, webhook, event, batch, state, attempts, due_at, tried_at, ended_at, status, failure'),
    ('upload', 1, 'id, place, object, name, kind, size, sha256, batch, task, created_by, created_by_kind, created_by_id, created_at, expires_at, gone_at'),
    ('task', 1, 'id, kind, input, batch, upload, place, result, problems, made, code, message, created_by, created_by_kind, created_by_id, created_at, completed_at, removed_at'),
    ('counter', 1, 'name, value')
  ) AS list (name, keys, columns) LOOP
    SELECT string_agg(part, ' || '','' || ' ORDER BY place) FILTER (WHERE place <= imaged.keys),
           string_agg(part, ' || '','' || ' ORDER BY place)
      INTO row_key, content
      FROM (SELECT format('COALESCE(length(CAST(r.%1$s AS TEXT)) || '':'' || r.%1$s, ''-'')', name) AS part, place
              FROM unnest(string_to_array(imaged.columns, ', ')) WITH ORDINALITY AS given (name, place)) AS parts;
    condition := CASE imaged.name
      WHEN 'setting' THEN 'r.name <> ''moved_to'' AND substr(r.name, 1, 5) <> ''copy.'''
      WHEN 'batch' THEN 'r.ready = 1'
      WHEN 'counter' THEN 'r.name IN (''batch_day'', ''batch_day_number'') AND r.value <> 0'
      ELSE 'TRUE' END;
    EXECUTE format('CREATE FUNCTION keep_images_of_%1$s() RETURNS trigger LANGUAGE plpgsql AS $function$
      BEGIN
        INSERT INTO pending_image (writer, place, table_name, row_key, digest)
          SELECT this_writer(), nextval(''pending_image_place''), %1$L, %2$s, text_hash(%3$s) FROM added AS r WHERE %4$s;
        RETURN NULL;
      END $function$', imaged.name, row_key, content, condition);
    EXECUTE format('CREATE FUNCTION keep_image_of_%1$s() RETURNS trigger LANGUAGE plpgsql AS $function$
      DECLARE
        r %1$s;
      BEGIN
        IF TG_OP = ''DELETE'' THEN r := OLD; ELSE r := NEW; END IF;
        IF %4$s THEN
          INSERT INTO pending_image (writer, place, table_name, row_key, digest) VALUES
            (this_writer(), nextval(''pending_image_place''), %1$L, %2$s, CASE WHEN TG_OP = ''DELETE'' THEN '''' ELSE text_hash(%3$s) END);
        END IF;
        RETURN NULL;
      END $function$', imaged.name, row_key, content, condition);
    EXECUTE format('CREATE TRIGGER image_new AFTER INSERT ON %1$s REFERENCING NEW TABLE AS added
      FOR EACH STATEMENT EXECUTE FUNCTION keep_images_of_%1$s()', imaged.name);
    EXECUTE format('CREATE TRIGGER image_changed AFTER UPDATE OF %2$s ON %1$s
      FOR EACH ROW EXECUTE FUNCTION keep_image_of_%1$s()', imaged.name, imaged.columns);
    EXECUTE format('CREATE TRIGGER image_gone AFTER DELETE ON %1$s
      FOR EACH ROW EXECUTE FUNCTION keep_image_of_%1$s()', imaged.name);
  END LOOP;
END $$;

-- What is written stays: these rows are never changed or deleted. One trigger a statement, so that a million new rows cost
-- nothing.
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', TG_ARGV[0];
END $$;
CREATE TRIGGER posting_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON posting
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('posting is append-only');
CREATE TRIGGER transfer_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON transfer
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('transfer is append-only');
CREATE TRIGGER transfer_exchange_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON transfer_exchange
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('transfer_exchange is append-only');
CREATE TRIGGER transfer_voucher_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON transfer_voucher
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('transfer_voucher is append-only');
CREATE TRIGGER item_failure_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON item_failure
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('item_failure is append-only');
CREATE TRIGGER item_mark_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON item_mark
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('item_mark is append-only');
CREATE TRIGGER item_run_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON item_run
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('item_run is append-only');
CREATE TRIGGER fx_rate_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON fx_rate
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('fx_rate is append-only');
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('audit is append-only');
CREATE TRIGGER commit_link_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON commit_link
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('commit_link is append-only');
CREATE TRIGGER image_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON image
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('image is append-only');
CREATE TRIGGER operation_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON operation
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('operation is append-only');
CREATE TRIGGER answer_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON answer
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('answer is append-only');
CREATE TRIGGER approval_round_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON approval_round
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('approval_round is append-only');
CREATE TRIGGER approval_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON approval
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('approval is append-only');
CREATE TRIGGER batch_editor_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON batch_editor
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('batch_editor is append-only');
CREATE TRIGGER approval_policy_content
  BEFORE UPDATE OF asset, version, content, lowest, set_by, set_by_kind, set_by_id, set_at, due_at ON approval_policy
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('approval_policy: a version is replaced, never changed');
CREATE TRIGGER approval_policy_no_delete BEFORE DELETE OR TRUNCATE ON approval_policy
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('approval_policy: versions are kept');
CREATE TRIGGER account_no_delete BEFORE DELETE OR TRUNCATE ON account
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('accounts are closed, not deleted');
CREATE TRIGGER account_identity BEFORE UPDATE OF id, number, asset, holder, kind ON account
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('an account keeps its identity');
CREATE TRIGGER user_no_delete BEFORE DELETE OR TRUNCATE ON app_user
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('users are disabled, not deleted');
CREATE TRIGGER api_key_no_delete BEFORE DELETE OR TRUNCATE ON api_key
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('keys are revoked, not deleted');

-- The legal transitions of `domain::batch` and `domain::item`. Repricing, withdrawing and expiry void approvals:
-- approved -> pending. The
-- condition is evaluated without a call; only a row that breaks it calls the function.
CREATE TRIGGER batch_moves BEFORE UPDATE OF state ON batch FOR EACH ROW
  WHEN (OLD.state <> NEW.state AND NOT (
       (OLD.state = 2 AND NEW.state IN (3, 11))
    OR (OLD.state = 3 AND NEW.state IN (2, 4, 5, 6, 11))
    OR (OLD.state = 4 AND NEW.state IN (2, 3, 6, 11))
    OR (OLD.state = 5 AND NEW.state = 2)
    OR (OLD.state = 6 AND NEW.state IN (7, 8, 9, 10, 11))
    OR (OLD.state = 7 AND NEW.state IN (6, 8, 9, 10, 11))
    OR (OLD.state = 9 AND NEW.state IN (6, 8))
    OR (OLD.state = 10 AND NEW.state IN (6, 11))))
  EXECUTE FUNCTION refuse('batch: illegal change of state');
-- No batch runs with fewer approvals than its last round needs, and none of its makers approves it.
CREATE FUNCTION batch_approved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  asked RECORD;
BEGIN
  SELECT r.round, r.needed INTO asked FROM approval_round r WHERE r.batch = NEW.id ORDER BY r.round DESC LIMIT 1;
  IF FOUND AND asked.needed > (SELECT COUNT(*) FROM approval a
                               WHERE a.batch = NEW.id AND a.round = asked.round AND a.action = 1) THEN
    RAISE EXCEPTION 'batch: approvals are missing';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER batch_approved BEFORE UPDATE OF state ON batch FOR EACH ROW
  WHEN (OLD.state = 3 AND NEW.state IN (4, 6) OR OLD.state = 4 AND NEW.state = 6)
  EXECUTE FUNCTION batch_approved();
CREATE FUNCTION approval_maker() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM batch_editor e WHERE e.batch = NEW.batch AND e.person = NEW.app_user) THEN
    RAISE EXCEPTION 'approval: the approver made the batch';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER approval_maker BEFORE INSERT ON approval FOR EACH ROW EXECUTE FUNCTION approval_maker();
CREATE TRIGGER item_moves BEFORE UPDATE OF state ON item FOR EACH ROW
  WHEN (OLD.state <> NEW.state AND NOT CASE NEW.state
    WHEN 4 THEN OLD.state = 2 OR OLD.state = 3 OR OLD.state = 6
    WHEN 5 THEN OLD.state = 2 OR OLD.state = 3 OR OLD.state = 6
    WHEN 7 THEN OLD.state = 2 OR OLD.state = 5
    WHEN 2 THEN OLD.state = 5
    WHEN 3 THEN OLD.state = 2
    WHEN 6 THEN OLD.state = 3
    ELSE FALSE END)
  EXECUTE FUNCTION refuse('item: illegal change of state');
CREATE TRIGGER item_content BEFORE UPDATE OF number, batch, source, target, amount ON item
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('item: content is replaced, never changed');

-- A completed item needs the transfer of its number, and what a run completed is not failed, skipped or sent off,
-- although its own state is pending; checked once a statement, for all its rows. A plan made while there were few runs would
-- scan them all for each row, and a session keeps it: hence no such scans.
CREATE FUNCTION item_settled() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM changed c
             WHERE c.state = 4 AND NOT EXISTS (SELECT 1 FROM transfer t WHERE t.number = c.number)) THEN
    RAISE EXCEPTION 'item: completed without a transfer';
  END IF;
  IF EXISTS (SELECT 1 FROM changed c
             WHERE c.state <> 2 AND (SELECT r.last_number FROM item_run r WHERE r.first_number <= c.number
                                     ORDER BY r.first_number DESC LIMIT 1) >= c.number) THEN
    RAISE EXCEPTION 'item: a run completed it';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER item_settled AFTER UPDATE ON item REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION item_settled();

-- A run's items have their transfers, counted in one scan for each run; and no run before or after it has them too.
CREATE FUNCTION run_settled() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM added a
             WHERE (SELECT COUNT(*) FROM transfer t
                    WHERE t.number BETWEEN a.first_number AND a.last_number AND t.status = 1)
                   <> a.last_number - a.first_number + 1) THEN
    RAISE EXCEPTION 'item_run: completed without a transfer';
  END IF;
  IF EXISTS (SELECT 1 FROM added a
             WHERE (SELECT r.last_number FROM item_run r WHERE r.first_number < a.first_number
                    ORDER BY r.first_number DESC LIMIT 1) >= a.first_number
                OR (SELECT r.first_number FROM item_run r WHERE r.first_number > a.first_number
                    ORDER BY r.first_number LIMIT 1) <= a.last_number) THEN
    RAISE EXCEPTION 'item_run: runs overlap';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER run_settled AFTER INSERT ON item_run REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION run_settled();

CREATE FUNCTION item_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM (SELECT DISTINCT batch FROM changed) c
             WHERE NOT EXISTS (SELECT 1 FROM batch b WHERE b.id = c.batch AND b.state = 2)) THEN
    RAISE EXCEPTION 'item: the batch is frozen';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER item_frozen_insert AFTER INSERT ON item REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION item_frozen();
CREATE TRIGGER item_frozen_delete AFTER DELETE ON item REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION item_frozen();
CREATE TRIGGER item_no_truncate BEFORE TRUNCATE ON item
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('item: the batch is frozen');
