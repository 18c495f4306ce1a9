/** Object keys. They are made of ids only, never of users' names. */
export const uploadKey = (workspaceId: string, uploadId: string): string => `w/${workspaceId}/u/${uploadId}/file`;
export const manifestKey = (workspaceId: string, datasetId: string, versionId: string): string =>
  `w/${workspaceId}/d/${datasetId}/${versionId}/manifest.json`;
export const attemptKey = (workspaceId: string, attempt: { runId: string; taskId: string; attempt: number }): string =>
  `w/${workspaceId}/r/${attempt.runId}/t/${attempt.taskId}/a/${attempt.attempt}`;
export const inputPageKey = (workspaceId: string, file: { runId: string; taskId: string; page: number }): string =>
  `w/${workspaceId}/r/${file.runId}/t/${file.taskId}/inputs-${file.page}.json`;
export const blockFileKey = (workspaceId: string, file: { blockId: string; name: string }): string =>
  `w/${workspaceId}/s/${file.blockId}/${file.name}.parquet`;
export const reportFileKey = (workspaceId: string, file: { reportId: string; name: string }): string =>
  `w/${workspaceId}/reports/${file.reportId}/${file.name}`;
export const indexKey = (
  workspaceId: string,
  datasetId: string,
  { versionId, runId }: { versionId: string; runId: string },
): string => `w/${workspaceId}/d/${datasetId}/${versionId}/index-${runId}.json`;
