import { Delivery, DeliveryLoading } from '../delivery/delivery.tsx';
import { SignedIn } from '../session/signed-in.tsx';
import { Shell } from '../shell/shell.tsx';

export default function DeliveryPage() {
  return (
    <Shell title="Delivery">
      <SignedIn loading={<DeliveryLoading />}>{(client) => <Delivery client={client} />}</SignedIn>
    </Shell>
  );
}
