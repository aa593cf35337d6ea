import { Button, Text } from '@mantine/core';
import Link from 'next/link';
import { Notice } from '../session/notice.tsx';
import { Shell } from '../shell/shell.tsx';

export default function NotFoundPage() {
  return (
    <Shell title="Not found">
      <Notice title="There is no such page">
        <Text>The address may be mistyped, or the page has moved.</Text>
        <Button component={Link} href="/">
          To the overview
        </Button>
      </Notice>
    </Shell>
  );
}
