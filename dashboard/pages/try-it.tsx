import { SignedIn } from '../session/signed-in.tsx';
import { Shell } from '../shell/shell.tsx';
import { TryIt, TryItLoading } from '../try-it/try-it.tsx';

export default function TryItPage() {
  return (
    <Shell title="Try it">
      <SignedIn loading={<TryItLoading />}>{() => <TryIt />}</SignedIn>
    </Shell>
  );
}
