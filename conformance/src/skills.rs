//! The skills that the suite lists and reads: a real directory of them, in `assets/skills`.

use std::path::Path;

use tidegate::{Router, Skill};

/// # Panics
///
/// When the skills beside the sources cannot be read: the suite is run where it was built.
pub(crate) fn install(router: Router) -> Router {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/skills");
    router.skills(Skill::all_in(directory).expect("the skills beside the sources"))
}
