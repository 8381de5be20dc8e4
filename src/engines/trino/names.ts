export const quoteText = (value: string): string => `'${value.replaceAll("'", "''")}'`
