import { Overview } from '../overview/overview.tsx';
import { OverviewLoading } from '../overview/overview-loading.tsx';
import { SignedIn } from '../session/signed-in.tsx';
import { Shell } from '../shell/shell.tsx';

export default function OverviewPage() {
  return (
    <Shell title="Overview">
      <SignedIn loading={<OverviewLoading />}>{(client) => <Overview client={client} />}</SignedIn>
    </Shell>
  );
}
