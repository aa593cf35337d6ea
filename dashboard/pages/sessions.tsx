import { SignedIn } from '../session/signed-in.tsx';
import { Sessions, SessionsLoading } from '../sessions/sessions.tsx';
import { Shell } from '../shell/shell.tsx';

export default function SessionsPage() {
  return (
    <Shell title="Sessions">
      <SignedIn loading={<SessionsLoading />}>{(client, role) => <Sessions client={client} role={role} />}</SignedIn>
    </Shell>
  );
}
