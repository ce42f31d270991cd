import { Button, Drawer, Dropdown } from 'antd';
import { Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Outlet, useLocation, useNavigate } from 'react-router';
import { useInfo } from '@/ui/Time';
import { useNarrow } from '@/ui/use-narrow';
import { Loading } from '@/ui/parts';
import { Boundary } from '../errors/Boundary';
import { paths } from '../paths';
import { usePreference, prefer } from '../preferences';
import { SessionEnded } from '../session/SessionEnded';
import { signOut, useMe, useSessionEnded } from '../session/session';
import { useShortcuts } from '../shortcuts/shortcuts';
import { ShortcutsHelp } from '../shortcuts/ShortcutsHelp';
import { StatusBars } from '../status/StatusBars';
import { Bell } from './Bell';
import { LanguageSwitch } from './LanguageSwitch';
import { Menu } from './Menu';
import './shell.css';

/** The frame of every page behind the sign-in. */
export function Shell() {
  const { t } = useTranslation();
  const ended = useSessionEnded();
  const { pathname } = useLocation();
  const [help, setHelp] = useState(false);
  const info = useInfo().data;
  useShortcuts(() => setHelp(true));
  return (
    <>
      <a className="skip" href="#content">{t('app.skip')}</a>
      {/* What was on screen is hidden while nobody is signed in. */}
      <div className={ended ? 'shell veiled' : 'shell'} aria-hidden={ended} inert={ended}>
        <nav aria-label={t('app.menu.label')}>
          <div className="brand">Sluice</div>
          <Menu />
        </nav>
        <div className="main">
          <Top organisation={info?.organisationName ?? ''} onHelp={() => setHelp(true)} />
          <StatusBars />
          <main id="content" tabIndex={-1}>
            <Boundary resetOn={pathname}>
              <Suspense fallback={<Loading />}>
                <Outlet />
              </Suspense>
            </Boundary>
          </main>
          <footer className="no-print">{info !== undefined && t('app.zone', { zone: info.timeZone })}</footer>
        </div>
      </div>
      <SessionEnded />
      <ShortcutsHelp open={help} onClose={() => setHelp(false)} />
    </>
  );
}

function Top({ organisation, onHelp }: { organisation: string; onHelp: () => void }) {
  const { t } = useTranslation();
  const narrow = useNarrow();
  return (
    <header className="top no-print">
      {narrow && <MenuDrawer />}
      <span className="org clip soft">{organisation}</span>
      <Bell />
      <LanguageSwitch />
      <ThemeButton />
      <PersonMenu label={t('app.person.menu')} onHelp={onHelp} />
    </header>
  );
}

function MenuDrawer() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button type="text" aria-label={t('app.menu.open')} aria-expanded={open} onClick={() => setOpen(true)}>☰</Button>
      <Drawer open={open} placement="left" size={260} title="Sluice" onClose={() => setOpen(false)}>
        <nav aria-label={t('app.menu.label')} onClick={() => setOpen(false)}><Menu /></nav>
      </Drawer>
    </>
  );
}

function ThemeButton() {
  const { t } = useTranslation();
  const theme = usePreference('theme');
  const next = { auto: 'light', light: 'dark', dark: 'auto' } as const;
  const icon = { auto: '◐', light: '☀', dark: '☾' }[theme];
  return (
    <Button type="text" aria-label={t('app.theme.button', { theme: t(`app.theme.${theme}`) })} title={t(`app.theme.${theme}`)}
      onClick={() => prefer('theme', next[theme])}>
      {icon}
    </Button>
  );
}

function PersonMenu({ label, onHelp }: { label: string; onHelp: () => void }) {
  const { t } = useTranslation();
  const { user } = useMe();
  const go = useNavigate();
  const items = [
    { key: 'me', label: t('app.person.profile'), onClick: () => void go(paths.me()) },
    { key: 'keys', label: t('app.shortcuts.title'), onClick: onHelp },
    { key: 'out', label: t('app.person.signOut'), onClick: () => void signOut() },
  ];
  return (
    <Dropdown menu={{ items }} trigger={['click']}>
      <Button type="text" aria-label={`${label}: ${user.login}`}>{user.login} ▾</Button>
    </Dropdown>
  );
}
