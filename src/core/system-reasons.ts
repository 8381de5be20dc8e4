/** What the codes of a system's errors mean, wherever one is told. Where a code means more in its place, that place says so. */
export const systemReasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk can only be read',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EIO: 'the disk reports an error',
  ENOENT: 'it is not there',
  ENOTDIR: 'a part of the path is a file',
  EISDIR: 'it is a folder',
  EEXIST: 'something is there already',
  ENOTEMPTY: 'something is there already',
  ELOOP: 'its symbolic links run in a circle',
  ENAMETOOLONG: 'its path is too long for this system',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
}
