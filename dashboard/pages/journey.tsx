import { Journey, JourneyLoading } from '../journey/journey.tsx';
import { SignedIn } from '../session/signed-in.tsx';
import { Shell } from '../shell/shell.tsx';

export default function JourneyPage() {
  return (
    <Shell title="Journey of a message">
      <SignedIn loading={<JourneyLoading />}>{(client) => <Journey client={client} />}</SignedIn>
    </Shell>
  );
}
