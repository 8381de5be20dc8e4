export function bundleFuzz(folder: string): Promise<{ readonly fuzz: string; readonly runner: string }>
