import { parseArgs } from 'node:util';
import { openKeyRing } from '../sealing/key-ring.ts';
import { rotateKeys } from '../sealing/rotate-keys.ts';
import { createSealing } from '../sealing/sealing.ts';
import { openInstallation } from './open-installation.ts';
import { CommandError, runCommand } from './run-command.ts';

const help = `Seals the keys of all members with the first key of ENCRYPTION_KEYS, so that the others can be left out.

  npm run rotate-keys

First give every server the new ENCRYPTION_KEYS, the new key in front: ENCRYPTION_KEYS=new:…,old:…. Then run this, with the
same setting. Then take the old key out. Servers may be running; stopped in the middle, it goes on when it is run again.
`;

await runCommand(async () => {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h', default: false } } });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  await using installation = await openInstallation();
  const { config, db } = installation;
  if (!config.ENCRYPTION_KEYS) throw new CommandError('ENCRYPTION_KEYS is not set: there is nothing to rotate.');
  const ring = openKeyRing(config.ENCRYPTION_KEYS);
  // Before anything is changed: a key that is missing here is missing in the servers, too.
  await createSealing({ db, ring, onError: console.error }).check();
  const rotated = await rotateKeys({ db, ring });
  const others = [...ring.names].filter((name) => name !== ring.current);
  process.stdout.write(
    `${rotated} keys were sealed anew with "${ring.current}".${others.length > 0 ? ` ENCRYPTION_KEYS may leave out: ${others.join(', ')}.` : ''}\n`,
  );
  return 0;
});
