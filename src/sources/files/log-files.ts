export { isArchiveName, isLogFileName } from '../../log-file/log-file-name.ts'
