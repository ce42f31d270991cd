import { useTranslation } from 'react-i18next';
import type { LookedFile } from '@/api/upload';
import { Card } from '@/ui/Page';

/** The first rows as they are read, numbered as in the file. */
export function FirstRows({ file }: { file: LookedFile }) {
  const { t } = useTranslation();
  const title = t('file.first', { count: file.rows.length });
  return (
    <Card title={title}>
      <div className="scroll low" tabIndex={0} role="region" aria-label={title}>
        <table className="plain">
          <thead><tr><th scope="col" className="num">{t('file.line')}</th>{file.header.map((name, index) => <th key={index} scope="col"><bdi>{name}</bdi></th>)}</tr></thead>
          <tbody>
            {file.rows.map((row) => (
              <tr key={row.line}>
                <th scope="row" className="soft num">{row.line}</th>
                {row.cells.map((cell, index) => <td key={index}><bdi>{cell}</bdi></td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
