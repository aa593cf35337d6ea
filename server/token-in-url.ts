/** A JWT, however it is named or escaped: in a URL it ends up in logs, histories and Referer headers. */
const JWT = /eyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/;

export const hasTokenInUrl = (url: string | undefined): boolean => url !== undefined && JWT.test(url);
