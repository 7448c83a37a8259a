import { type Explanation, explanation } from './explanation.ts';

const LIMITS = '`ulimit -n`, and what holds the open files (`lsof -p PID`).';
const FILE = 'The message names the file.';

/** Error codes of the system for rights, limits and files. */
export const SYSTEM_CODES: Readonly<Record<string, Explanation>> = {
  EACCES: explanation(
    'The system does not allow that.',
    ['ports below 1024 need rights', 'a file that this user may not read or write', 'a firewall on this machine'],
    'The message names port or file.',
    'Choose a higher port; change the rights of the file.',
  ),
  EPERM: explanation(
    'The system does not allow that to this user.',
    ['a firewall rule on this machine', 'a sandbox or container without the right'],
    'The message names what was tried.',
    'Change the rule, or run it where it is allowed.',
  ),
  EMFILE: explanation(
    'This process has as many files and sockets open as it may.',
    ['a program that provisions many devices at once', 'connections that are never closed'],
    LIMITS,
    'Provision in batches; raise the limit.',
  ),
  ENFILE: explanation(
    'The whole system has as many files and sockets open as it may.',
    ['another program that leaks them'],
    LIMITS,
    'End what leaks; raise the limit of the system.',
  ),
  ENOBUFS: explanation(
    'The system has no buffer left for sockets.',
    ['a device that is out of memory', 'very many connections'],
    'Free memory, and the number of connections.',
    'Close what nobody needs; provision in batches.',
  ),
  ENOMEM: explanation(
    'The system has no memory left.',
    ['a device that is out of memory'],
    'Free memory, and what uses it.',
    'Free memory, or give the process more.',
  ),
  ENOENT: explanation(
    'There is no such file.',
    ['a slip in the path', 'a path that starts at another folder than this one'],
    FILE,
    'Correct the path.',
  ),
  ENOTDIR: explanation(
    'A part of the path is a file where a folder should be.',
    ['a slip in the path'],
    FILE,
    'Correct the path.',
  ),
  EISDIR: explanation('A folder was given where a file belongs.', ['a slip in the path'], FILE, 'Name the file in it.'),
  EROFS: explanation(
    'The file system can only be read.',
    ['a device with a sealed image'],
    FILE,
    'Write to another folder.',
  ),
  ENOSPC: explanation('The disk is full.', ['logs', 'captures'], 'Free space: `df`.', 'Make room.'),
};
