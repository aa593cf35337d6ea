import { Satisfaction, SatisfactionLoading } from '../satisfaction/satisfaction.tsx';
import { SignedIn } from '../session/signed-in.tsx';
import { Shell } from '../shell/shell.tsx';

export default function SatisfactionPage() {
  return (
    <Shell title="Satisfaction">
      <SignedIn loading={<SatisfactionLoading />}>{(client) => <Satisfaction client={client} />}</SignedIn>
    </Shell>
  );
}
