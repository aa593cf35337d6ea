import { SignedIn } from '../session/signed-in.tsx';
import { Settings, SettingsLoading } from '../settings/settings.tsx';
import { Shell } from '../shell/shell.tsx';

export default function SettingsPage() {
  return (
    <Shell title="Settings">
      <SignedIn loading={<SettingsLoading />}>{(client) => <Settings client={client} />}</SignedIn>
    </Shell>
  );
}
