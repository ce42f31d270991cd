import { Button } from 'antd';
import { Component, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

interface Props {
  children: ReactNode;
  /** Another value, such as the address, gives the part a new chance. */
  resetOn?: string;
}

interface State {
  fault: Error | null;
}

/** Catches a fault of one part, so that the rest of the page stays usable. */
export class Boundary extends Component<Props, State> {
  override state: State = { fault: null };

  static getDerivedStateFromError(fault: Error): State {
    return { fault };
  }

  override componentDidUpdate(before: Props) {
    if (before.resetOn !== this.props.resetOn && this.state.fault !== null) {
      this.setState({ fault: null });
    }
  }

  override render() {
    const { fault } = this.state;
    if (fault === null) return this.props.children;
    return <Fallen fault={fault} onReset={() => this.setState({ fault: null })} />;
  }
}

/** A part of the page that is no longer on the server: a newer version was installed meanwhile. */
export function isOldVersion(fault: Error): boolean {
  return /dynamically imported module|module script failed|error loading/i.test(fault.message);
}

function Fallen({ fault, onReset }: { fault: Error; onReset: () => void }) {
  const { t } = useTranslation();
  const details = `${fault.name}: ${fault.message}\n${fault.stack ?? ''}`;
  if (isOldVersion(fault)) {
    return (
      <div className="note run" role="alert">
        <p>{t('app.newVersion')}</p>
        <div><Button onClick={() => window.location.reload()}>{t('app.reloadPage')}</Button></div>
      </div>
    );
  }
  return (
    <div className="note err" role="alert">
      <p>{t('app.fault')}</p>
      <div className="row">
        <Button onClick={onReset}>{t('app.reloadSection')}</Button>
        <Button onClick={() => void navigator.clipboard.writeText(details)}>{t('app.copyDetails')}</Button>
      </div>
    </div>
  );
}
