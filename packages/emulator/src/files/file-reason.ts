/** By code: what is wrong, and what to do. */
const REASONS: Readonly<Record<string, readonly [wrong: string, advice: string]>> = {
  ENOTDIR: ['a part of the path is a file', 'correct the path'],
  EISDIR: ['it is a folder', 'name a file'],
  EEXIST: ['a file of that name is in the way', 'choose another name'],
  EACCES: ['this user may not', 'change its owner or mode, or run as another user'],
  EPERM: ['this user may not', 'change its owner or mode, or run as another user'],
  EROFS: ['the file system can only be read', 'choose another place'],
  ENOSPC: ['the disk is full', 'make room, or choose another place'],
  EDQUOT: ['the quota of this user is used up', 'make room, or choose another place'],
  EFBIG: ['it would be larger than a file may be here', 'make room, or choose another place'],
  EIO: ['the disk or its driver failed', 'choose another place'],
  EMFILE: ['this process has too many files open', 'raise the limit with `ulimit -n`'],
  ELOOP: ['it is a symbolic link, or links lead in a circle', 'name the file itself'],
  ENAMETOOLONG: ['the name is too long', 'choose a shorter one'],
  ENXIO: ['it is a pipe or socket, and nobody is at its other end', 'start the other end first, or name a file'],
  ETXTBSY: ['it is a program that runs', 'choose another name'],
  EINVAL: ['it is nothing that can be read or written like a file', 'name a file'],
  ERR_INVALID_ARG_VALUE: ['a file name has no zero bytes', 'correct the name'],
};

/**
 * Why a file could not be read or written, with the code that `mote explain` takes, and what to do. `missing` is what ENOENT means:
 * of a file that is to be written the folder is missing.
 */
export function fileReason(error: unknown, missing: 'file' | 'folder' = 'file'): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return message;
  if (code === 'ENOENT')
    return `there is no such ${missing} (ENOENT); ${missing === 'file' ? 'correct the name' : 'make it first'}`;
  const [wrong, advice] = (Object.hasOwn(REASONS, code) ? REASONS[code] : undefined) ?? [];
  return wrong === undefined ? code : `${wrong} (${code}); ${advice}`;
}
