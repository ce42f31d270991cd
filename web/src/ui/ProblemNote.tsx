import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Problem } from '@/api/problem';
import { NEXT_STEP } from '@/app/errors/steps';

/** Headline and next step of a refusal. The headline is the server's, in the reader's language. */
export function useProblemText(): (problem: Problem) => { headline: string; next: string } {
  const { t } = useTranslation();
  return (problem) => ({
    headline: problem.message === '' ? t('ui.problem.lost') : `${problem.message}${/[.!。！]$/.test(problem.message) ? '' : t('ui.problem.stop')}`,
    next: t(`errors.next.${NEXT_STEP[problem.code]}`),
  });
}

interface Props {
  error: unknown;
  onRetry?: (() => void) | undefined;
  children?: React.ReactNode;
}

/** Stands in place of the part that failed; the rest of the page stays. */
export function ProblemNote({ error, onRetry, children }: Props) {
  const { t } = useTranslation();
  const text = useProblemText();
  const problem = error instanceof Problem ? error : new Problem({ code: 'ANSWER_UNCLEAR', message: t('ui.problem.page') });
  const { headline, next } = text(problem);
  return (
    <div className="note err" role="alert">
      <p className="strong">{headline}</p>
      <p>{next}</p>
      {children}
      <div className="row">
        {onRetry && <Button size="small" onClick={onRetry}>{t('ui.problem.reload')}</Button>}
        {problem.requestId !== null && <RequestId id={problem.requestId} />}
      </div>
    </div>
  );
}

function RequestId({ id }: { id: string }) {
  const { t } = useTranslation();
  return (
    <span className="small">
      {t('ui.problem.requestId', { id })}{' '}
      <button type="button" className="link" onClick={() => void navigator.clipboard.writeText(id)}>{t('ui.copy')}</button>
    </span>
  );
}
