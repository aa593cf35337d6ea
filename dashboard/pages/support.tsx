import { SignedIn } from '../session/signed-in.tsx';
import { Shell } from '../shell/shell.tsx';
import { Support, SupportLoading } from '../support/support.tsx';

export default function SupportPage() {
  return (
    <Shell title="Support">
      <SignedIn loading={<SupportLoading />}>{(client) => <Support client={client} />}</SignedIn>
    </Shell>
  );
}
