/** api-versions that SDKs send to a hub, or that Microsoft's documents name. Others get CONNACK 5. */
export const HUB_API_VERSIONS: readonly string[] = [
  '2016-02-03',
  '2016-11-14',
  '2017-06-30',
  '2017-11-08-preview',
  '2018-04-01',
  '2018-06-30',
  '2018-08-30-preview',
  '2019-03-30',
  '2019-07-01-preview',
  '2019-10-01',
  '2020-03-13',
  '2020-05-31-preview',
  '2020-09-30',
  '2021-04-12',
  '2025-08-01-preview',
  '2026-11-01-preview',
];
