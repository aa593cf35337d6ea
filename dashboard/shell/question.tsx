import { Button, Group, Modal, Text } from '@mantine/core';
import type { ReactNode } from 'react';

interface QuestionProps {
  opened: boolean;
  question: string;
  /** What comes of it. */
  children: ReactNode;
  yes: string;
  no: string;
  onYes(): void;
  onNo(): void;
}

/** Asked before what cannot be undone. */
export function Question({ opened, question, children, yes, no, onYes, onNo }: QuestionProps) {
  return (
    <Modal.Root opened={opened} onClose={onNo}>
      <Modal.Overlay />
      {/* Without Mantine's header, which would be a second banner of the page. */}
      <Modal.Content aria-label={question}>
        <Modal.Body pt="md">
          <Text component="h2" fw={600} mb="xs">
            {question}
          </Text>
          <Text size="sm" mb="md">
            {children}
          </Text>
          <Group gap="xs">
            <Button color="red.8" onClick={onYes}>
              {yes}
            </Button>
            <Button variant="default" onClick={onNo}>
              {no}
            </Button>
          </Group>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
