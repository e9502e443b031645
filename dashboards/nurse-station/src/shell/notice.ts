export const SECONDARY_NOTICE =
  'Secondary notification system. The bedside monitor remains the primary alarm.';
