/** True for instance types that earn and spend CPU credits (t2, t3, t3a, t4g); others refuse the option. */
export function isBurstable(instanceType: string): boolean {
    return /^t\d/.test(instanceType);
}
