using System.Security.Cryptography;
using System.Text;

namespace HveRelay.Files;

/// <summary>
/// Tells whether files are as they were. By their contents and not by dates, which stay where a link is turned to another file, as
/// Kubernetes does.
/// </summary>
internal static class FileStamp
{
    /// <summary>A file that cannot be read counts with the reason for it.</summary>
    public static string Of(IEnumerable<string> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            try
            {
                hash.AppendData(BoundedFile.ReadAllBytes(file, BoundedFile.Text));
            }
            catch (Exception unreadable)
            {
                hash.AppendData(Encoding.UTF8.GetBytes(unreadable.Message));
            }
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
