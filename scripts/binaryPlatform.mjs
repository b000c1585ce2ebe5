const ELF = { magic: 0x7f454c46, machines: { 0x3e: 'x64', 0xb7: 'arm64' } };
const MACH_O = { magic: 0xcffaedfe, machines: { 0x01000007: 'x64', 0x0100000c: 'arm64' } };
/** One file for several processors; none is packed. */
const MACH_O_FAT = [0xcafebabe, 0xbebafeca];
const PE = { magic: 0x4d5a, machines: { 0x8664: 'x64', 0xaa64: 'arm64' } };

/**
 * The platform, such as `linux-x64`, that an executable or library says in its header it is made for:
 * `linux-unknown` and the like for other processors, undefined for what is no executable. ELF counts as
 * Linux's.
 */
export function binaryPlatform(bytes) {
  if (bytes.length < 64) return undefined;
  const magic = bytes.readUInt32BE(0);
  if (magic === ELF.magic) return `linux-${ELF.machines[bytes.readUInt16LE(18)] ?? 'unknown'}`;
  if (magic === MACH_O.magic)
    return `darwin-${MACH_O.machines[bytes.readUInt32LE(4)] ?? 'unknown'}`;
  if (MACH_O_FAT.includes(magic)) return 'darwin-unknown';
  if (bytes.readUInt16BE(0) === PE.magic) return windowsPlatform(bytes);
  return undefined;
}

function windowsPlatform(bytes) {
  const header = bytes.readUInt32LE(60);
  if (header + 6 > bytes.length || bytes.toString('latin1', header, header + 4) !== 'PE\0\0')
    return undefined;
  return `win32-${PE.machines[bytes.readUInt16LE(header + 4)] ?? 'unknown'}`;
}
