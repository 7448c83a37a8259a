const REASONS: Readonly<Record<string, string>> = {
  ENOTDIR: 'a part of the path is a file',
  EISDIR: 'it is a folder',
  EEXIST: 'a file of that name is in the way',
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  EROFS: 'the file system can only be read',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of this user is used up',
  ELOOP: 'it is a symbolic link, or links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
  ENXIO: 'it is a pipe or socket, and nobody is at its other end',
  ERR_INVALID_ARG_VALUE: 'a file name has no zero bytes',
};

/** Why a file could not be read or written, with the code that `mote explain` takes. Of one to be written the folder is missing. */
export function fileReason(error: unknown, missing: 'file' | 'folder' = 'file'): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return message;
  if (code === 'ENOENT') return `there is no such ${missing} (ENOENT)`;
  return Object.hasOwn(REASONS, code) ? `${REASONS[code]} (${code})` : code;
}
