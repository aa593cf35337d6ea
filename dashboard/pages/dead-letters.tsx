import { DeadLetters, DeadLettersLoading } from '../dead-letters/dead-letters.tsx';
import { SignedIn } from '../session/signed-in.tsx';
import { Shell } from '../shell/shell.tsx';

export default function DeadLettersPage() {
  return (
    <Shell title="Dead letters">
      <SignedIn loading={<DeadLettersLoading />}>{(client) => <DeadLetters client={client} />}</SignedIn>
    </Shell>
  );
}
