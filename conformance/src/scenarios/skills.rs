//! Skills: listed without being read, and refused when they are not what their entries say.

use tidegate::client::Unverified;

use super::{Outcome, Task, close};

/// The file that a client reads after `SKILL.md`, if that is what it should be.
const NEXT: &str = "references/FORMS.md";

/// Lists skills and reads nothing of them.
pub(super) async fn listed(task: &Task) -> Outcome {
    let client = task.connect().await?;
    let skills = client.list_skills().await?;
    eprintln!("{} skills", skills.len());
    close(&client).await;
    Ok(())
}

/// Loads a skill and reads on, as a client does that is given what it was promised.
pub(super) async fn refused(task: &Task, expected: Unverified) -> Outcome {
    let client = task.connect().await?;
    for entry in client.list_skills().await? {
        let refused = match client.load_skill(entry).await {
            Ok(skill) => skill.read(NEXT).await.err(),
            Err(error) => Some(error),
        };
        let found = refused.as_ref().and_then(|error| error.unverified_in());
        if found != Some(expected) {
            return Err(format!("{expected:?} was to be refused, not {refused:?}").into());
        }
    }
    close(&client).await;
    Ok(())
}
