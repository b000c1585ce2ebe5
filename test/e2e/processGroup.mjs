import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** Reads what may be gone in the same moment. */
function attempt(read) {
  try {
    return read();
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES'].includes(error.code)) return undefined;
    throw error;
  }
}

function processIds() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Process group of a process; the fields after the name, which may hold spaces and parentheses. */
function groupOf(pid) {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return stat === undefined
    ? undefined
    : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
}

/** Ids of the group's processes whose command line matches. */
export function processesOf(group, pattern = /./) {
  return processIds().filter(
    (pid) =>
      groupOf(pid) === group &&
      pattern.test(attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ?? ''),
  );
}

/** The engine of the extension that runs under that server. Throws an Error where there is not exactly one. */
export function engineProcess(group) {
  const found = processesOf(group, /engine\.mjs/);
  if (found.length !== 1)
    throw new Error(`There are ${found.length} engine processes under the server, not one.`);
  return found[0];
}

const LOCAL = /^(0{8}|0{32}|[0-9A-F]{6}7F|0{24}01000000|0{16}FFFF0000[0-9A-F]{6}7F)$/;
const TABLES = ['tcp', 'tcp6', 'udp', 'udp6'];

/** Remote addresses, as the kernel writes them, of the group's sockets that lead off this machine. */
function remoteAddresses(group) {
  const inodes = new Set();
  for (const pid of processesOf(group))
    for (const descriptor of attempt(() => readdirSync(`/proc/${pid}/fd`)) ?? []) {
      const target = attempt(() => readlinkSync(`/proc/${pid}/fd/${descriptor}`)) ?? '';
      const socket = /^socket:\[(\d+)\]$/.exec(target);
      if (socket) inodes.add(socket[1]);
    }
  return TABLES.flatMap((table) =>
    (attempt(() => readFileSync(`/proc/net/${table}`, 'utf8')) ?? '')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => inodes.has(fields[9]) && !LOCAL.test(fields[2].split(':')[0]))
      .map((fields) => `${table} ${fields[2]}`),
  );
}

const SAMPLE_MS = 250;

/**
 * Looks at the sockets of a process group again and again: `seen` fills with the remote addresses that are
 * not of this machine. A look is a sample: a socket that lives for less than 250 ms can be missed.
 */
export function watchSockets(group) {
  const seen = new Set();
  const look = () => remoteAddresses(group).forEach((address) => seen.add(address));
  look();
  const timer = setInterval(look, SAMPLE_MS);
  return { seen, stop: () => clearInterval(timer) };
}
