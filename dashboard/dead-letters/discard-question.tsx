import { Button, Group, Modal, Text } from '@mantine/core';

interface DiscardQuestionProps {
  opened: boolean;
  all: boolean;
  onDiscard(): void;
  onKeep(): void;
}

/** What is discarded does not come back. */
export function DiscardQuestion({ opened, all, onDiscard, onKeep }: DiscardQuestionProps) {
  const question = all ? 'Discard all dead letters?' : 'Discard this dead letter?';
  return (
    <Modal.Root opened={opened} onClose={onKeep}>
      <Modal.Overlay />
      {/* Without Mantine's header, which would be a second banner of the page. */}
      <Modal.Content aria-label={question}>
        <Modal.Body pt="md">
          <Text component="h2" fw={600} mb="xs">
            {question}
          </Text>
          <Text size="sm" mb="md">
            {all ? 'They' : 'It'} will not be published any more. The events themselves stay in their conversations, and
            their readers get them from the database.
          </Text>
          <Group gap="xs">
            <Button color="red.8" onClick={onDiscard}>
              Discard
            </Button>
            <Button variant="default" onClick={onKeep}>
              Keep
            </Button>
          </Group>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
