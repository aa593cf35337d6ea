import { type Hot, hottestFunctions, hottestPackages, type Profile } from './profile.ts';

const SHOWN = 10;

export function renderProfile(profile: Profile, load: string): string {
  return `# Where the server's time goes

Written by \`npm run bench -- --profile\` on ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}: ${load}. Shares are of the time in which the process was not idle, what a function calls left out. What has no place is native code of Node: \`writev\` writes to sockets. The whole of it is in \`profile.cpuprofile\`, for the developer tools of a browser.

## By function

${table(['function', 'where'], hottestFunctions(profile))}

## By package

${table(['package'], hottestPackages(profile))}
`;
}

function table(columns: readonly string[], hot: readonly Hot[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    row([...columns, 'share']),
    row([...columns.map(() => '---'), '---:']),
    ...hot
      .slice(0, SHOWN)
      .map(({ name, place, share }) =>
        row([...[`\`${name}\``, place].slice(0, columns.length), `${(share * 100).toFixed(1)} %`]),
      ),
  ].join('\n');
}
