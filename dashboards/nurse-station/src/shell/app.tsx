import { useLayoutEffect, useState } from 'preact/hooks';
import { AlertList } from '../alerts/alert-list.tsx';
import { Board } from '../board/board.tsx';
import { ReportPage } from '../burden/report-page.tsx';
import { LogPage } from '../log/log-page.tsx';
import { Admission } from '../patient/admission.tsx';
import { PatientPage } from '../patient/patient-page.tsx';
import { route } from '../router.ts';
import { nameIn, type Session } from '../session.ts';
import { startStation, StationProvider, type Station } from '../station.ts';
import { Wall } from '../wall/wall.tsx';
import { Announcer } from './announcer.tsx';
import { Header } from './header.tsx';
import { NotMonitoring } from './not-monitoring.tsx';
import { Help, useShortcuts } from './shortcuts.tsx';
import { SECONDARY_NOTICE } from './notice.ts';
import { SignIn } from './sign-in.tsx';
import { useTabSign } from './tab-sign.ts';

export function App({ session }: { readonly session: Session }) {
  const token = session.token.value;
  return token === undefined ? (
    <SignIn session={session} />
  ) : (
    <Signed key={token} token={token} session={session} />
  );
}

function Signed({ token, session }: { readonly token: string; readonly session: Session }) {
  const [station, setStation] = useState<Station>();
  useLayoutEffect(() => {
    const started = startStation(token, (reason) => session.signOut(reason));
    setStation(started);
    return () => started.stop();
  }, [token, session]);
  if (station === undefined) return null;
  return (
    <StationProvider value={station}>
      <Page name={nameIn(token)} signOut={() => session.signOut(undefined)} />
    </StationProvider>
  );
}

function Page({ name, signOut }: { readonly name: string | undefined; readonly signOut: () => void }) {
  const { page } = route.value;
  useTabSign();
  useShortcuts();
  return (
    <div class="page" data-page={page}>
      <NotMonitoring />
      {page !== 'board' && <Header name={name} signOut={signOut} />}
      <Content />
      <footer class="page-foot">{SECONDARY_NOTICE}</footer>
      <Announcer />
      <Help />
      <Admission />
    </div>
  );
}

function Content() {
  const current = route.value;
  switch (current.page) {
    case 'alerts':
      return <AlertList />;
    case 'patient':
      return <PatientPage key={current.patientId} patientId={current.patientId} />;
    case 'log':
      return <LogPage />;
    case 'report':
      return <ReportPage />;
    case 'board':
      return <Board />;
    case 'wall':
      break;
  }
  return <Wall />;
}
