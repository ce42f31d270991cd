import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, useLocation, useNavigate, useParams } from 'react-router';
import { paths } from '@/app/paths';
import { Page } from '@/ui/Page';
import { Loading } from '@/ui/parts';
import { ProblemNote } from '@/ui/ProblemNote';
import { useMoneyText } from '@/ui/money/Money';
import './draft.css';
import { emptyRows, missing, totalOf, type Plan } from './plan';
import { SaveState } from './SaveState';
import { StepAmounts } from './StepAmounts';
import { StepCheck } from './StepCheck';
import { StepWho } from './StepWho';
import { NEW, type DraftStore, type Saving } from './store';
import { useDraft } from './use-draft';

const STEPS = ['who', 'amounts', 'check'] as const;
export type Step = (typeof STEPS)[number];

/** Document 000's three steps over one draft. */
export function DraftPage() {
  const { t } = useTranslation();
  const { id = NEW, step: asked } = useParams();
  const { search } = useLocation();
  const { draft, store } = useDraft(id);
  const step = STEPS.find((name) => name === asked) ?? 'who';
  if (draft.status === 'gone') {
    return <Navigate to={id === NEW ? paths.newBatch() : paths.batch(id)} state={{ notEditable: true }} replace />;
  }
  if (draft.status !== 'ready') {
    return (
      <Page title={t('app.menu.batch')}>
        {draft.status === 'loading' ? <Loading lines={8} /> : <ProblemNote error={draft.error} onRetry={() => void store.load()} />}
      </Page>
    );
  }
  // The server has given it a number: from here on that is its address.
  if (id === NEW && draft.plan.batch !== null) return <Navigate to={`${paths.draft(draft.plan.batch, step)}${search}`} replace />;
  return <Wizard id={id} step={step} plan={draft.plan} saving={draft.saving} store={store} />;
}

/** The steps that can be opened: amounts once there are accounts, review once the server could keep the draft. */
function reachable(plan: Plan): Record<Step, boolean> {
  const lack = missing(plan);
  return { who: true, amounts: lack !== 'single' && lack !== 'rows', check: lack === null };
}

interface Props {
  id: string;
  step: Step;
  plan: Plan;
  saving: Saving;
  store: DraftStore;
}

function Wizard({ id, step, plan, saving, store }: Props) {
  const { t } = useTranslation();
  const open = reachable(plan);
  if (!open[step]) return <Navigate to={paths.draft(id, open.amounts ? 'amounts' : 'who')} replace />;
  return (
    <Page title={plan.name.trim() === '' ? t('app.menu.batch') : plan.name} windowTitle={`${plan.name} · ${t(`draft.step.${step}`)}`}>
      <Steps id={id} step={step} open={open} />
      {saving.state === 'conflict' && <Conflict saving={saving} store={store} />}
      {step === 'who' && <StepWho plan={plan} store={store} />}
      {step === 'amounts' && <StepAmounts plan={plan} store={store} />}
      {step === 'check' ? <StepCheck plan={plan} saving={saving} store={store} /> : <Footer id={id} step={step} plan={plan} saving={saving} store={store} />}
    </Page>
  );
}

function Steps({ id, step, open }: { id: string; step: Step; open: Record<Step, boolean> }) {
  const { t } = useTranslation();
  return (
    <nav aria-label={t('draft.steps')}>
      <ol className="draft-steps">
        {STEPS.map((name, index) => {
          const label = <><b className="num">{index + 1}</b> {t(`draft.step.${name}`)}</>;
          return (
            <li key={name} aria-current={name === step ? 'step' : undefined} className={name === step ? 'on' : ''}>
              {open[name] && name !== step ? <Link to={paths.draft(id, name)}>{label}</Link> : <span className={open[name] ? '' : 'soft'}>{label}</span>}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

function Footer({ id, step, plan, saving, store }: Props) {
  const { t } = useTranslation();
  const go = useNavigate();
  const text = useMoneyText();
  const open = reachable(plan);
  const next = step === 'who' ? 'amounts' : 'check';
  const total = totalOf(plan);
  const lack = missing(plan);
  return (
    <div className="foot">
      <div className="rest row">
        {step === 'amounts' && total !== null && <span className="strong num">{t('draft.total')} {text(total)}</span>}
        <SaveState saving={saving} onRetry={() => void store.flush()} />
        {!open[next] && lack !== null && <span className="soft">{t(`draft.missing.${lack}`, { count: emptyRows(plan) })}</span>}
      </div>
      <Link to={step === 'who' ? paths.newBatch() : paths.draft(id, 'who')}><Button>{t('draft.back')}</Button></Link>
      <Button type="primary" disabled={!open[next]} onClick={() => void go(paths.draft(plan.batch ?? id, next))}>{t(`draft.next.${next}`)}</Button>
    </div>
  );
}

function Conflict({ saving, store }: { saving: Extract<Saving, { state: 'conflict' }>; store: DraftStore }) {
  const { t } = useTranslation();
  return (
    <div className="note warn" role="alert">
      <p>{t('draft.conflict', { name: saving.by })}</p>
      <div className="row">
        <Button onClick={() => void store.keepTheirs()}>{t('draft.keepTheirs')}</Button>
        <Button onClick={() => store.keepMine()}>{t('draft.useMine')}</Button>
      </div>
    </div>
  );
}
