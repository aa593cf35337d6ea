import { useRouter } from 'next/router';

/** The page of the list lives in the address, so that a link shows what its sender saw. */
export function usePageInUrl(): [after: string | undefined, go: (after: string | undefined) => void] {
  const router = useRouter();
  const { after } = router.query;
  return [
    typeof after === 'string' ? after : undefined,
    (cursor) => void router.push({ query: cursor ? { after: cursor } : {} }, undefined, { shallow: true }),
  ];
}
