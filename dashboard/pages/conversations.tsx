import { Conversations, ConversationsLoading } from '../conversations/conversations.tsx';
import { SignedIn } from '../session/signed-in.tsx';
import { Shell } from '../shell/shell.tsx';

export default function ConversationsPage() {
  return (
    <Shell title="Conversations">
      <SignedIn loading={<ConversationsLoading />}>{(client) => <Conversations client={client} />}</SignedIn>
    </Shell>
  );
}
