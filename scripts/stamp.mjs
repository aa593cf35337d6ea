import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { inProject } from './project.mjs';

/**
 * Whether something made from files is older than they are. By their content: a clone, a pull or a switch of branches
 * gives them all new times.
 *
 * @param made What must be there besides the stamp.
 * @param stamp File that keeps the hash of what it was made from; goes away with what was made.
 * @param sources Files and folders it is made from.
 * @param counts Which files in the folders; default: all.
 * @param skip Folders in them that do not count.
 */
export function stampOf({ made, stamp, sources, counts = () => true, skip = [] }) {
  const hash = createHash('sha256');
  for (const source of sources) addTo(hash, source, counts, skip);
  const now = hash.digest('hex');
  const stampPath = inProject(stamp);
  return {
    isFresh: existsSync(inProject(made)) && existsSync(stampPath) && readFileSync(stampPath, 'utf8') === now,
    write() {
      mkdirSync(dirname(stampPath), { recursive: true });
      writeFileSync(stampPath, now);
    },
  };
}

function addTo(hash, path, counts, skip) {
  if (skip.includes(path)) return;
  if (statSync(inProject(path)).isDirectory()) {
    for (const name of readdirSync(inProject(path)).sort()) addTo(hash, `${path}/${name}`, counts, skip);
  } else if (counts(path)) {
    hash.update(`${path}\n`).update(readFileSync(inProject(path)));
  }
}
