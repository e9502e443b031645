import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * When a process started, in clock ticks since boot: with its id this names one process for good, where the id alone
 * may have been given to another. Undefined when there is no such process, or only its unreaped exit status.
 */
export function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in parentheses and may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, startTicks] = [fields[0], fields[19]];
    return state === 'Z' || state === 'X' ? undefined : startTicks;
  } catch {
    return undefined;
  }
}

/** Who listens on a TCP port, as `redis-server (pid 12)`; undefined when this user may not see it. */
export function portHolder(port: number): string | undefined {
  const inodes = new Set([
    ...listeningInodes('/proc/net/tcp', port),
    ...listeningInodes('/proc/net/tcp6', port),
  ]);
  if (inodes.size === 0) return undefined;
  for (const pid of listFolder('/proc').filter((name) => /^\d+$/.test(name))) {
    const holds = listFolder(`/proc/${pid}/fd`).some((fd) => inodes.has(linkTarget(`/proc/${pid}/fd/${fd}`)));
    if (holds) return `${commandName(pid)} (pid ${pid})`;
  }
  return undefined;
}

function* listeningInodes(table: string, port: number): Generator<string> {
  const listening = '0A';
  for (const line of readText(table).split('\n').slice(1)) {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    if (state !== listening || local === undefined) continue;
    if (Number.parseInt(local.slice(local.indexOf(':') + 1), 16) === port) yield `socket:[${inode}]`;
  }
}

function commandName(pid: string): string {
  return readText(`/proc/${pid}/comm`).trim() || 'a process';
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function linkTarget(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
