import { useRouter } from 'next/router';

/** Whose journey is shown lives in the address, so that it can be linked to; undefined until the address is known. */
export function useMessageInUrl(): [string | undefined, (id: string) => void] {
  const router = useRouter();
  const { message } = router.query;
  const id = Array.isArray(message) ? message[0] : message;
  return [
    router.isReady ? (id ?? '') : undefined,
    (next) => void router.push({ pathname: '/journey', query: { message: next } }, undefined, { shallow: true }),
  ];
}
