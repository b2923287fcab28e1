export async function take_screenshots() {}
